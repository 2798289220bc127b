"""Does one attempt at a task. Carried into any image, so the standard library is all it imports."""
