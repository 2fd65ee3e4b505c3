namespace S3Auth.Client.Uploads;

/// <summary>The deployment does not take this file: its size, its name or its place is one that it has no room for. Nothing was sent.</summary>
public sealed class UnacceptableFileException(string message) : Exception(message);
