namespace S3Auth.Application.Ports;

/// <summary>The operator's current access rules. Reading them never waits.</summary>
public interface IAccessRules
{
    /// <summary>The last valid rules.</summary>
    AccessRules Current { get; }

    /// <summary>
    /// The problem of the operator's last change, in one sentence without secrets; null if there is none. During a problem, the last valid
    /// rules stay in use.
    /// </summary>
    string? Problem { get; }
}
