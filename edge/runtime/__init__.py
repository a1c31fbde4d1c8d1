"""The loop, the pipeline that it runs, and what watches over both."""
