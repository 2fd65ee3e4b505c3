using S3Auth.Application.Refusals;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether a presigned PUT is safe at the store, and how. It must upload and nothing more; but a store that honours <c>x-amz-…</c> headers
/// which were not signed lets whoever holds the URL copy anybody's object into his own folder, or make one public. Nobody knows
/// until the store was asked (<see cref="PutProbe"/>); until then nothing is signed.
/// </summary>
public sealed class PutGuard
{
    private volatile Finding _finding;

    // From best to worst, after the first.
    internal enum Finding
    {
        /// <summary>The store was not asked yet, or did not answer.</summary>
        Unknown,

        /// <summary>The store refuses what was not signed, as S3 does.</summary>
        Refuses,

        /// <summary>The store honours it, but can be told which headers it must not.</summary>
        CanBeTold,

        /// <summary>The store honours it, whatever it is told.</summary>
        Unsafe,
    }

    /// <summary>What is known of the store.</summary>
    internal Finding Found
    {
        get => _finding;
        set => _finding = value;
    }

    /// <summary>Whether a presigned PUT must name the headers that it does not allow.</summary>
    /// <exception cref="RefusedException"><c>storage_unavailable</c>: a presigned PUT is not safe, or it is not known whether it is.</exception>
    internal bool BarsHeaders() => Found switch
    {
        Finding.Refuses => false,
        Finding.CanBeTold => true,
        Finding.Unsafe => throw new RefusedException(
            RefusalCode.StorageUnavailable, "This deployment's object store takes no uploads by PUT that are safe for others; its operator must choose POST or another store."),
        _ => throw new RefusedException(
            RefusalCode.StorageUnavailable, "This server does not know yet whether the object store takes safe uploads; try again in a few seconds.")
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        },
    };
}
