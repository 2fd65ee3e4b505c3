namespace S3Auth.Client.Downloads;

/// <summary>
/// The server's listing of one owner's files is invalid: it repeats itself or has an invalid entry. Other owners' listings may be valid.
/// </summary>
public sealed class ListingException(string message) : Exception(message);
