"""The web page that shows the door: a process of its own, which reads the local stream and speaks to browsers."""
