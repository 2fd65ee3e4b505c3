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

    /// <summary>
    /// Lets a renewal that is due end first, briefly, when the credentials in force leave little time: what is signed afterwards lasts
    /// longer. It never fetches anything itself, and returns at once in all other cases.
    /// </summary>
    ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken);
}
