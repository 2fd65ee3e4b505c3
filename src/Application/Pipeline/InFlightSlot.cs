namespace S3Auth.Application.Pipeline;

/// <summary>
/// The slot of one request among its hotkey's requests in flight. The request's scope releases it when the response is written or the
/// connection is closed.
/// </summary>
public sealed class InFlightSlot(RequestsInFlight requests) : IDisposable
{
    private AccountId? _hotkey;

    /// <summary>Acquires the slot; false if the hotkey already has the maximum number of requests in flight.</summary>
    internal bool TryAcquire(AccountId hotkey)
    {
        if (_hotkey is not null)
        {
            throw new InvalidOperationException("This request already has a slot.");
        }

        if (!requests.TryEnter(hotkey))
        {
            return false;
        }

        _hotkey = hotkey;
        return true;
    }

    public void Dispose()
    {
        if (_hotkey is { } hotkey)
        {
            _hotkey = null;
            requests.Leave(hotkey);
        }
    }
}
