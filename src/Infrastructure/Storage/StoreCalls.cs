namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Runs this server's own requests to the bucket. At most <see cref="StoreUsage.RequestsAtOnce"/> requests run at once, later ones wait,
/// and each has a timeout, so that a slow store cannot exhaust this process. Failures become refusals.
/// </summary>
#pragma warning disable CA1001 // Does not dispose the semaphore, because requests in flight still release it.
internal sealed partial class StoreCalls(StorageOptions options, StoreState state, TimeProvider time, ILogger<StoreCalls> log)
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _concurrency = new(options.Usage.RequestsAtOnce);

    /// <summary>Runs one request.</summary>
    /// <param name="send">Sends it.</param>
    /// <param name="whole">Ends when the operation that the request is part of takes too long.</param>
    /// <param name="caller">The caller's token.</param>
    /// <param name="timeout">The timeout of the request; null for <see cref="StoreUsage.RequestTimeout"/>.</param>
    /// <exception cref="RefusedException"><c>storage_unavailable</c> or <c>storage_timeout</c>.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    internal async Task<TAnswer> RunAsync<TAnswer>(
        Func<CancellationToken, Task<TAnswer>> send, CancellationToken whole, CancellationToken caller, TimeSpan? timeout = null)
    {
        using var late = new CancellationTokenSource(timeout ?? options.Usage.RequestTimeout, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(late.Token, whole, caller);
        try
        {
            await _concurrency.WaitAsync(any.Token);
            return await SendAsync(send, any.Token).WaitAsync(any.Token);
        }
        catch (Exception exception) when (!caller.IsCancellationRequested && (any.IsCancellationRequested || IsTimeout(exception)))
        {
            LogTimeout(exception);
            state.CheckSoon();
            throw RefusedException.StorageTimeout(exception);
        }
        catch (Exception exception) when (!caller.IsCancellationRequested)
        {
            var answer = exception as StoreErrorException;
            LogFailed(exception, answer?.Status, answer?.Code);
            state.CheckSoon();
            throw StoreErrorCodes.IsConfiguration(answer?.Code) || state.Current.Refusal is not null
                ? RefusedException.StorageRefuses(exception)
                : RefusedException.StorageUnavailable(exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A read of an answer that is disposed on the caller's cancellation throws another exception.
            throw new OperationCanceledException("The caller cancelled the request.", exception, caller);
        }
    }

    private async Task<TAnswer> SendAsync<TAnswer>(Func<CancellationToken, Task<TAnswer>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await send(cancellationToken);
        }
        finally
        {
            _concurrency.Release();
        }
    }

    private static bool IsTimeout(Exception exception) =>
        exception is OperationCanceledException or TimeoutException
        || exception is StoreErrorException { Status: HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout };

    [LoggerMessage(LogLevel.Warning, "The object store did not answer in time.")]
    private partial void LogTimeout(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The object store failed: {Status} {Code}.")]
    private partial void LogFailed(Exception exception, HttpStatusCode? status, string? code);
}
