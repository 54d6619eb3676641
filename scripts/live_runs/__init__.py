"""Long runs on a live server, by parts that add up (live_long.py)."""
