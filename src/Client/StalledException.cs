namespace S3Auth.Client;

/// <summary>Nothing moved for too long: an answer did not come, or a transfer stood still. The message says which.</summary>
public sealed class StalledException(string message) : IOException(message);
