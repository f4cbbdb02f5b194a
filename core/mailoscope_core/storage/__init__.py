"""What is kept between sessions: profiles, credentials, history."""
