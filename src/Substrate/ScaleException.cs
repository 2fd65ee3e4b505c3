namespace S3Auth.Substrate;

/// <summary>Thrown if bytes are not valid SCALE; the message says where and why.</summary>
public sealed class ScaleException(string message) : FormatException(message);
