namespace S3Auth.Infrastructure.Access;

/// <summary>The rules of an operator without <c>ACCESS_FILE</c>: none.</summary>
internal sealed class NoAccessRules : IAccessRules
{
    /// <inheritdoc/>
    public AccessRules Current => AccessRules.None;

    /// <inheritdoc/>
    public string? Problem => null;
}
