"""vLLM as a child of the program that needs it: started, watched, diagnosed and stopped."""
