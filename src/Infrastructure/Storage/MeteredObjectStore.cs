namespace S3Auth.Infrastructure.Storage;

/// <summary>Measures the requests to a store.</summary>
internal sealed class MeteredObjectStore(IObjectStore store, StoreMetrics metrics) : IObjectStore
{
    public ObjectStoreInfo Info => store.Info;

    public Task<FolderPage> ListFoldersAsync(string prefix, int? maxEntries, CancellationToken cancellationToken) =>
        metrics.MeasureAsync("list_folders", () => store.ListFoldersAsync(prefix, maxEntries, cancellationToken));

    public Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken) =>
        metrics.MeasureAsync("list_files", () => store.ListFilesAsync(prefix, after, limit, cancellationToken));

    public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) =>
        metrics.MeasureAsync("exists", () => store.ExistsAsync(key, cancellationToken));

    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) =>
        metrics.MeasureAsync("ping", () => store.PingAsync(cancellationToken));
}
