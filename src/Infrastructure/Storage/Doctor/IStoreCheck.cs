namespace S3Auth.Infrastructure.Storage;

/// <summary>One question of the doctor about a store that accepts this server's signatures.</summary>
internal interface IStoreCheck
{
    /// <summary>The name of the line in the report.</summary>
    string Name { get; }

    /// <summary>Whether it asks at the endpoint of clients, so that it means nothing if signed requests do not work there.</summary>
    bool IsAtClients => false;

    /// <summary>Asks the store. May change the capabilities of <paramref name="exam"/>.</summary>
    /// <exception cref="HttpRequestException">An answer cannot be read.</exception>
    /// <exception cref="TaskCanceledException">A request timed out.</exception>
    Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken);
}
