using Amazon.Runtime;
using Amazon.SecurityToken;

namespace S3Auth.Infrastructure.Storage;

/// <summary>Creates clients of the store's Security Token Service.</summary>
internal static class StsClient
{
    // An answer of AssumeRole has a few thousand bytes.
    private const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Returns the endpoint of the store's own STS; null for AWS's. Stores have it at the root of their address.</summary>
    internal static Uri? EndpointOf(StorageOptions storage) =>
        storage.Endpoint is { } store ? new Uri(store.GetLeftPart(UriPartial.Authority)) : null;

    /// <summary>Creates a client that neither retries nor follows redirects.</summary>
    /// <param name="region">The region, which signatures contain.</param>
    /// <param name="endpoint">The endpoint; null for AWS's in the region.</param>
    /// <param name="keys">The credentials to sign with.</param>
    /// <param name="http">Creates the connections.</param>
    internal static AmazonSecurityTokenServiceClient Create(string region, Uri? endpoint, SigningCredentials keys, HttpClientFactory http)
    {
        AWSCredentials credentials = keys.SessionToken is { } token
            ? new SessionAWSCredentials(keys.AccessKey, keys.SecretKey, token)
            : new BasicAWSCredentials(keys.AccessKey, keys.SecretKey);
        var config = new AmazonSecurityTokenServiceConfig
        {
            AuthenticationRegion = region,
            HttpClientFactory = http,
            IgnoreConfiguredEndpointUrls = true,
            MaxErrorRetry = 0,
        };
        if (endpoint is not null)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        }

        return new AmazonSecurityTokenServiceClient(credentials, config);
    }

    /// <summary>Connections of one client, which are closed with it.</summary>
    internal sealed class OwnConnections : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new BoundedAnswers(StoreConnections.Create(StoreProxy.ForRequests()))) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Connections that all clients share, so that a call need not open one.</summary>
    internal sealed class SharedConnections : HttpClientFactory, IDisposable
    {
        private readonly HttpClient _http = Create();

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _http;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public void Dispose() => _http.Dispose();

        private static HttpClient Create()
        {
            var handler = StoreConnections.Create(StoreProxy.ForRequests());
            handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
            return new HttpClient(new BoundedAnswers(handler)) { Timeout = Timeout.InfiniteTimeSpan };
        }
    }

    /// <summary>Refuses answers that are too long, which the SDK would read to the end.</summary>
    private sealed class BoundedAnswers(HttpMessageHandler connections) : DelegatingHandler(connections)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            await answer.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
            return answer;
        }
    }
}
