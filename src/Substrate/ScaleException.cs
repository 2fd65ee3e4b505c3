namespace S3Auth.Substrate;

/// <summary>Bytes are not the SCALE encoding they were read as; the message says where and in what.</summary>
public sealed class ScaleException(string message) : FormatException(message);
