namespace S3Auth.Infrastructure.Storage;

/// <summary>One check of the doctor. Runs only if the store accepts this server's signatures.</summary>
internal interface IStoreCheck
{
    /// <summary>The name of the line in the report.</summary>
    string Name { get; }

    /// <summary>Whether it sends requests to the endpoint of clients. It is then skipped if signed requests do not work there.</summary>
    bool IsAtClients => false;

    /// <summary>Runs the check. May set capabilities of <paramref name="exam"/>.</summary>
    /// <exception cref="HttpRequestException">An answer cannot be read.</exception>
    /// <exception cref="TaskCanceledException">A request timed out.</exception>
    Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken);
}
