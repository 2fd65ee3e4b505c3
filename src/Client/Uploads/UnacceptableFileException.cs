namespace S3Auth.Client.Uploads;

/// <summary>The deployment does not accept the size, name, source or job of a file. Nothing was sent.</summary>
public sealed class UnacceptableFileException(string message) : Exception(message);
