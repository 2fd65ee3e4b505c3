using System.Collections.Immutable;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// An unfinished multipart upload: a folder with one file for each part. Changes run one at a time, so a part that arrives while the upload
/// is completed or aborted is stored before that, or refused after it.
/// </summary>
/// <param name="id">The upload id, which is the name of the folder.</param>
/// <param name="folder">The folder.</param>
/// <param name="description">The object that the upload creates. Its time is the start of the upload.</param>
/// <param name="parts">The parts that are stored.</param>
internal sealed class MultipartUpload(
    string id, string folder, StoredObject description, IEnumerable<KeyValuePair<int, StoredObject>> parts)
{
    private bool _isClosed;

    public string Id => id;

    public string Key => description.Key;

    public DateTimeOffset Initiated => description.LastModified;

    public ObjectProperties Properties => description.Properties;

    /// <summary>The stored parts by number. The value is a snapshot.</summary>
    public ImmutableSortedDictionary<int, StoredObject> Parts { get; private set; } = parts.ToImmutableSortedDictionary();

    private SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Stores a part. Replaces a part with the same number.</summary>
    /// <exception cref="S3Exception">NoSuchUpload if the upload was completed or aborted meanwhile.</exception>
    public Task PutPartAsync(int number, PendingObject pending, StoredObject part, CancellationToken cancellation) => ChangeAsync(
        () =>
        {
            pending.MoveTo(PathOf(number), part);
            Parts = Parts.SetItem(number, part);
            return Task.CompletedTask;
        },
        cancellation);

    /// <summary>
    /// Runs an action while no part changes, then ends the upload and removes its files. If the action throws, the upload stays.
    /// </summary>
    /// <exception cref="S3Exception">NoSuchUpload if the upload was completed or aborted meanwhile.</exception>
    public Task CloseAsync(Func<Task> action, CancellationToken cancellation) => ChangeAsync(
        async () =>
        {
            await action();
            _isClosed = true;
            Directory.Delete(folder, recursive: true);
        },
        cancellation);

    /// <summary>Opens a part.</summary>
    public ObjectReader Open(int number) => ObjectReader.Open(PathOf(number));

    private async Task ChangeAsync(Func<Task> change, CancellationToken cancellation)
    {
        await Gate.WaitAsync(cancellation);
        try
        {
            if (_isClosed)
            {
                throw S3Error.NoSuchUpload.With();
            }

            await change();
        }
        finally
        {
            Gate.Release();
        }
    }

    private string PathOf(int number) => Path.Combine(folder, S3Xml.Number(number));
}
