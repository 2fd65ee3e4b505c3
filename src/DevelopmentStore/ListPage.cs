namespace S3Auth.DevelopmentStore;

/// <summary>One page of a listing; <paramref name="Next"/> is null on the last.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes, ListPosition? Next);
