using System.Text.Json;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Keeps the grant for a miner's folders, and requests a new one before it expires. One grant has the folders of all sources. Keeps the
/// grant between runs of a program if there is a store for it. Thread-safe.
/// </summary>
internal sealed class FolderGrantCache(
    IS3AuthApi api,
    DeploymentStructure structure,
    AccountId coldkey,
    AccountId hotkey,
    TimeProvider time,
    IGrantStore? store = null) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private KeptGrant? _kept;
    private bool _isRead;
    private DateTimeOffset _replaceableAt;

    /// <param name="spent">A grant that the store refused. Returns a new one, or the same one if it is less than a minute old.</param>
    /// <param name="cancellationToken">Cancels the wait and the request.</param>
    internal async Task<FolderAccess> GetAsync(FolderAccess? spent, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            _kept ??= await ReadOnceAsync(now, cancellationToken).ConfigureAwait(false);
            var isSpent = _kept is not null && ReferenceEquals(_kept.Access, spent) && now >= _replaceableAt;
            if (_kept is null || isSpent || now >= _kept.RenewAt)
            {
                await RequestAsync(cancellationToken).ConfigureAwait(false);
                _replaceableAt = isSpent ? now + GrantTiming.MinReplacementInterval : now;
            }

            return _kept!.Access;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Requests a new grant, also if there is a valid one, and keeps it.</summary>
    internal async Task<FolderAccess> RenewAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RequestAsync(cancellationToken).ConfigureAwait(false);
            return _kept!.Access;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task RequestAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        try
        {
            var access = await api.GetFolderAccessAsync(
                new GetFolderAccessCommand { Coldkey = coldkey.ToString() }, cancellationToken).ConfigureAwait(false);
            _kept = new KeptGrant(asked, access);
        }
        catch (RefusedException refused) when (refused.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            // The hotkey has lost its rights, so its earlier grant is dropped.
            _kept = null;
            store?.Delete();
            throw;
        }

        store?.Write(JsonSerializer.SerializeToUtf8Bytes(_kept, ApiJson.Default.KeptGrant));
    }

    private async Task<KeptGrant?> ReadOnceAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_isRead)
        {
            return null;
        }

        var kept = Read(now);
        if (kept is not null)
        {
            // The operator may have changed the folders or the sources since. Then files would go to another folder than they are looked
            // for. The request costs no grant.
            var current = await structure.GetAsync(cancellationToken).ConfigureAwait(false);
            kept = IsFor(kept.Access, current) ? kept : null;
        }

        _isRead = true;
        return kept;
    }

    private KeptGrant? Read(DateTimeOffset now)
    {
        try
        {
            // A grant from the future was kept before this machine's clock was set back. Its age is not known.
            return store?.Read() is { } bytes
                && JsonSerializer.Deserialize(bytes, ApiJson.Default.KeptGrant) is
                    { Access: { Folder: not null, Url: not null, Fields: not null } } kept
                && kept.AskedAt <= now
                && now < kept.RenewAt
                ? kept
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsFor(FolderAccess access, Structure current) =>
        access.Folder == UploadRules.FolderOf(current, source: null, coldkey, hotkey)
        && (access.Folders ?? new Dictionary<string, FolderGrant>()) is var folders
        && folders.Count == current.Sources.Count
        && current.Sources.All(source =>
            folders.TryGetValue(source, out var folder)
            && folder is { Url: not null, Fields: not null }
            && folder.Folder == UploadRules.FolderOf(current, source, coldkey, hotkey));
}

/// <summary>A folder grant as it is kept.</summary>
/// <param name="AskedAt">When it was requested, by this machine's clock.</param>
/// <param name="Access">The grant.</param>
internal sealed record KeptGrant(DateTimeOffset AskedAt, FolderAccess Access)
{
    /// <summary>When to request a new one.</summary>
    internal DateTimeOffset RenewAt => GrantTiming.RenewAt(AskedAt, Access.Expiry_seconds);
}
