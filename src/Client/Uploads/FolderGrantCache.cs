using System.Collections.Concurrent;

namespace S3Auth.Client.Uploads;

/// <summary>Keeps one folder grant per source, and requests a new one before it expires.</summary>
internal sealed class FolderGrantCache(IS3AuthApi api, AccountId coldkey, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <param name="source">The source; null for the deployment's first one.</param>
    /// <param name="spent">A grant that the store refused. Returns a new one, or the same one if it is less than a minute old.</param>
    /// <param name="cancellationToken">Cancels the wait and the request.</param>
    internal async Task<FolderAccess> GetAsync(string? source, FolderAccess? spent, CancellationToken cancellationToken)
    {
        var slot = _slots.GetOrAdd(source ?? "", _ => new Slot());
        await slot.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var asked = time.GetUtcNow();
            var isSpent = slot.Access is not null && ReferenceEquals(slot.Access, spent) && asked >= slot.ReplaceableAt;
            if (slot.Access is null || isSpent || asked >= slot.RenewAt)
            {
                var access = await api.GetFolderAccessAsync(
                    new GetFolderAccessCommand { Coldkey = coldkey.ToString(), Source = source }, cancellationToken).ConfigureAwait(false);

                slot.Access = access;
                slot.ReplaceableAt = isSpent ? asked + GrantTiming.MinReplacementInterval : asked;
                slot.RenewAt = GrantTiming.RenewAt(asked, access.Expiry_seconds);
            }

            return slot.Access;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    private sealed class Slot
    {
        internal SemaphoreSlim Gate { get; } = new(1);

        internal FolderAccess? Access { get; set; }

        internal DateTimeOffset RenewAt { get; set; }

        internal DateTimeOffset ReplaceableAt { get; set; }
    }
}
