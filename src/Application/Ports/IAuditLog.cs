namespace S3Auth.Application.Ports;

/// <summary>Keeps what was decided about whom.</summary>
public interface IAuditLog
{
    /// <summary>Whether everything that was recorded lately was also written.</summary>
    bool IsWriting { get; }

    /// <summary>Records one decision. Returns at once and never fails; what cannot be written is counted, logged and shown.</summary>
    void Record(AuditRecord decision);
}
