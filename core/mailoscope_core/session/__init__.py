"""Steps, planner, runner and experiments: a session under the user's control."""
