namespace S3Auth.Infrastructure.WarmUp;

/// <summary>A store in memory that has folders, but no files.</summary>
internal sealed class FixedStore(IReadOnlyList<string> folders) : IObjectStore
{
    public ObjectStoreInfo Info { get; } = new("warm-up", "warm-up", "http://warm-up.invalid", TimeSpan.FromSeconds(1));

    public Task<FolderPage> ListFoldersAsync(string prefix, int? maxEntries, CancellationToken cancellationToken) => Task.FromResult(
        new FolderPage([.. folders.Where(folder => folder.StartsWith(prefix, StringComparison.Ordinal))], HasMore: false));

    public Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(new FilePage([], HasMore: false));

    public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) => Task.FromResult(TimeSpan.Zero);
}
