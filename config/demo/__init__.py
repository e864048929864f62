"""`make demo`: the main job on one machine, driven through the API by the people of the four agencies."""
