namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>An S3 account's keys.</summary>
internal sealed record AccessKeys(string Id, string Secret);
