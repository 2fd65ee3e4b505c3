namespace S3Auth.Client.Downloads;

/// <summary>
/// The server's list of one owner's files is invalid: it does not go on, or has a broken entry. Other owners' lists may be fine.
/// </summary>
public sealed class ListingException(string message) : Exception(message);
