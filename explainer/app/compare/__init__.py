"""The Compare page: two sentences, models or questions, and where influence goes another way."""
