using System.Runtime.InteropServices;
using S3Auth.Application.Ports;
using S3Auth.Application.Refusals;
using S3Auth.Substrate;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Decides which failed requests get their grant back: those that cost no more than their verification, and those that failed by a fault
/// of the server or its store. Faults are refunded as often a day as the hotkey has grants, so that nobody can try without end against a
/// store that fails. Everything else is charged. Holds a number for each registered hotkey at most. Thread-safe.
/// </summary>
public sealed class Refunds
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Role Role, AccountId Hotkey), long> _faults = [];
    private DateOnly _day;

    /// <summary>Whether the grant is given back; a fault that is given back is counted.</summary>
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
