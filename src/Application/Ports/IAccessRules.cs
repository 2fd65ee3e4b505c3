namespace S3Auth.Application.Ports;

/// <summary>The operator's current access rules. Reading them never waits.</summary>
public interface IAccessRules
{
    /// <summary>The last valid rules.</summary>
    AccessRules Current { get; }

    /// <summary>
    /// What is wrong with the operator's last change, in one sentence without secrets; null if nothing is. The last valid rules then stay
    /// in use.
    /// </summary>
    string? Problem { get; }
}
