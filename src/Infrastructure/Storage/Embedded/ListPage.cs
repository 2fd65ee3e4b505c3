namespace S3Auth.Infrastructure.Storage.Embedded;

/// <summary>One page of a listing; <paramref name="Next"/> is null on the last.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes, ListPosition? Next);
