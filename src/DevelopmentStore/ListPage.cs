namespace S3Auth.DevelopmentStore;

/// <summary>One page of a listing. <paramref name="Next"/> is null for the last page.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, IReadOnlyList<string> CommonPrefixes, ListPosition? Next);
