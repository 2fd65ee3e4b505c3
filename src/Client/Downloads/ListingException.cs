namespace S3Auth.Client.Downloads;

/// <summary>The server's list of one owner's files makes no sense: it does not go on, or an entry of it is broken. Other owners' may be fine.</summary>
public sealed class ListingException(string message) : Exception(message);
