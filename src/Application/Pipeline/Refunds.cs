using System.Runtime.InteropServices;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Decides which failed requests get their grant refunded: those that cost no more than their verification, and those that failed by a
/// fault of the server or its store. Refunds faults at most as often a day as the hotkey has grants, so that a hotkey cannot retry without
/// end against a failing store. Everything else is charged. Keeps at most one number per registered hotkey. Thread-safe.
/// </summary>
public sealed class Refunds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Role Role, AccountId Hotkey), long> _faults = [];
    private DateOnly _day;

    /// <summary>Whether the grant is refunded. Counts the refund of a fault.</summary>
    internal bool IsDue(Exception failure, QuotaRequest taken) => failure switch
    {
        // The client left; what it asked for was done.
        OperationCanceledException => false,
        RefusedException { Code: RefusalCode.InvalidRequest or RefusalCode.MinerNotFound or RefusalCode.FolderUploadUnsupported } => true,
        RefusedException { Code: RefusalCode.StorageUnavailable or RefusalCode.StorageTimeout or RefusalCode.ServerBusy } => CountFault(taken),
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

            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_faults, (taken.Role, taken.Hotkey), out _);
            if (count >= taken.Limit)
            {
                return false;
            }

            count++;
            return true;
        }
    }
}
