using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Decides which failed requests get their cost refunded: requests that cost only their verification, and requests that failed because of
/// the server or its store. In a day, the latter refunds return at most the daily limits of a hotkey, so that it cannot retry without limit
/// against a failing store. All other requests are charged. Keeps a counter for each hotkey and kind of grant. Thread-safe.
/// </summary>
public sealed class RefundPolicy
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrantKind Kind, AccountId Hotkey), QuotaCost> _faults = [];
    private DateOnly _day;

    /// <summary>Whether the cost is refunded. Counts the refunds for failures of the server or its store.</summary>
    internal bool ShouldRefund(Exception failure, QuotaRequest taken) => failure switch
    {
        // The client disconnected, but the server did the work.
        OperationCanceledException => false,
        RefusedException { Code: RefusalCode.InvalidRequest, HasUsedStore: true } => false,
        RefusedException { Code: RefusalCode.InvalidRequest or RefusalCode.MinerNotFound or RefusalCode.FolderUploadUnsupported
            or RefusalCode.MultipartUnsupported or RefusalCode.SessionCredentialsUnsupported } => true,
        RefusedException { Code: RefusalCode.StorageUnavailable or RefusalCode.StorageTimeout or RefusalCode.ServerBusy } =>
            CountFault(taken),
        RefusedException => false,
        _ => CountFault(taken),
    };

    private bool CountFault(QuotaRequest taken)
    {
        lock (_gate)
        {
            if (taken.Day.Date < _day)
            {
                return false;
            }

            if (taken.Day.Date > _day)
            {
                _faults.Clear();
                _day = taken.Day.Date;
            }

            ref var refunded = ref CollectionsMarshal.GetValueRefOrAddDefault(_faults, (taken.Kind, taken.Hotkey), out _);
            if (!taken.GrantsFit(refunded.Grants) || !taken.FilesFit(refunded.Files))
            {
                return false;
            }

            refunded = new QuotaCost(refunded.Grants + taken.Cost.Grants, refunded.Files + taken.Cost.Files);
            return true;
        }
    }
}
