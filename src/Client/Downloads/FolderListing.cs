namespace S3Auth.Client.Downloads;

/// <summary>The files of a miner's own folder, as the store lists them now.</summary>
/// <param name="Files">The files in the order of their keys. They have no URL, so a download requests one.</param>
/// <param name="ClockSkew">The store's time minus this machine's, accurate to about a second; null if the store sends no time.</param>
public sealed record FolderListing(IReadOnlyList<RemoteFile> Files, TimeSpan? ClockSkew);
