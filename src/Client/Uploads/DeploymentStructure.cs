namespace S3Auth.Client.Uploads;

/// <summary>
/// What a deployment accepts, as <c>/structure-info</c> says. Asks once, and again after <see cref="Forget"/>. Thread-safe.
/// </summary>
internal sealed class DeploymentStructure(IS3AuthApi api)
{
    private Structure? _structure;

    internal async Task<Structure> GetAsync(CancellationToken cancellationToken) =>
        _structure ??= await api.GetStructureAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Asks again next time.</summary>
    internal void Forget() => _structure = null;
}
