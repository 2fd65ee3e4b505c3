namespace S3Auth.Application.Pipeline;

/// <summary>
/// One request's place among its hotkey's requests in flight. The request's scope disposes it, which happens after the answer is
/// written or the connection is closed, however the request ends.
/// </summary>
public sealed class InFlightTurn(RequestsInFlight requests) : IDisposable
{
    private AccountId? _hotkey;

    /// <summary>Takes a place; false when the hotkey has as many requests in flight as it may.</summary>
    internal bool TryTake(AccountId hotkey)
    {
        if (_hotkey is not null)
        {
            throw new InvalidOperationException("This request has its place already.");
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
