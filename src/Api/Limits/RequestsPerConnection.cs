using Microsoft.AspNetCore.Connections.Features;

namespace S3Auth.Api.Limits;

/// <summary>
/// Limits the number of requests of one kind on one connection. Without a limit, a client that pipelines requests and reads no answers
/// could fill the buffers of its connection again and again.
/// </summary>
/// <param name="max">The maximum number of requests of this kind on one connection.</param>
internal sealed class RequestsPerConnection(int max)
{
    /// <summary>Counts this request. The answer to the last allowed one says <c>Connection: close</c>.</summary>
    internal void Add(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return;
        }

        var count = items.TryGetValue(this, out var before) ? (int)before! + 1 : 1;
        items[this] = count;
        if (count >= max)
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
