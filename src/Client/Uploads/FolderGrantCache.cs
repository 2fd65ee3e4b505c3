using System.Collections.Concurrent;

namespace S3Auth.Client.Uploads;

/// <summary>Folder access, one grant for many files, asked for anew before it ends.</summary>
internal sealed class FolderGrantCache(IS3AuthApi api, AccountId coldkey, TimeProvider time)
{
    // A grant must outlast the beginning of an upload, not its end.
    private static readonly TimeSpan MaxMargin = TimeSpan.FromMinutes(5);

    // A store that refuses the fresh one too refuses for another reason, and each costs one of the day's grants.
    private static readonly TimeSpan BetweenReplacements = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <param name="source">The source, or null for the first.</param>
    /// <param name="spent">A grant that did not serve; another one is asked for, unless one was a moment ago: then it is the same.</param>
    /// <param name="cancellationToken">Stops.</param>
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
                var access = await api.GetFolderAccessAsync(new GetFolderAccessCommand { Coldkey = coldkey.ToString(), Source = source }, cancellationToken).ConfigureAwait(false);

                // By how long it lasts, not by the hour it ends at: this machine's clock may be another.
                var life = TimeSpan.FromSeconds(access.Expiry_seconds);
                slot.Access = access;
                slot.ReplaceableAt = isSpent ? asked + BetweenReplacements : asked;
                slot.RenewAt = asked + life - TimeSpan.FromTicks(Math.Min(MaxMargin.Ticks, life.Ticks / 4));
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
