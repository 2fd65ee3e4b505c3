namespace S3Auth.Infrastructure.Access;

/// <summary>The operator has no access rules, so the chain alone decides.</summary>
internal sealed class NoAccessRules : IAccessRules
{
    /// <inheritdoc/>
    public AccessRules Current => AccessRules.None;

    /// <inheritdoc/>
    public string? Problem => null;
}
