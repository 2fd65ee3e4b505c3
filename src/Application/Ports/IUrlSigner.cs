namespace S3Auth.Application.Ports;

/// <summary>
/// Signs S3 requests for others to send. Needs no network: whoever holds the result may do just what it says, until it ends.
/// </summary>
public interface IUrlSigner
{
    /// <summary>
    /// A signer of one grant: everything it signs is dated <paramref name="moment"/> and signed with the credentials that are in
    /// force now.
    /// </summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>storage_unavailable</c>: there are no credentials, or they end at or before <paramref name="moment"/>.
    /// </exception>
    IGrantSigner At(DateTimeOffset moment);
}
