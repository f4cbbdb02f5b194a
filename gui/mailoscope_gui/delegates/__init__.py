"""What the window paints by hand: glyphs, chips and bars in the lists."""
