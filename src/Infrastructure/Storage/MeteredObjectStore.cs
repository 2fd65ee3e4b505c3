namespace S3Auth.Infrastructure.Storage;

/// <summary>A store whose answers are counted and timed.</summary>
internal sealed class MeteredObjectStore(IObjectStore store, StoreMetrics metrics) : IObjectStore
{
    public ObjectStoreInfo Info => store.Info;

    public Task<FolderPage> ListFoldersAsync(string prefix, int? most, CancellationToken cancellationToken) =>
        metrics.AskAsync("list_folders", () => store.ListFoldersAsync(prefix, most, cancellationToken));

    public Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken) =>
        metrics.AskAsync("list_files", () => store.ListFilesAsync(prefix, after, limit, cancellationToken));

    public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) =>
        metrics.AskAsync("exists", () => store.ExistsAsync(key, cancellationToken));

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) =>
        metrics.AskAsync("ping", () => store.PingAsync(cancellationToken));
}
