using Microsoft.AspNetCore.Connections.Features;

namespace S3Auth.Api.Limits;

/// <summary>
/// Counts requests of one kind on one connection, and closes the connection when there are too many. Otherwise a client that pipelines requests
/// and reads no answer fills the buffers of its connection with them.
/// </summary>
/// <param name="max">The most requests of this kind on one connection.</param>
internal sealed class RequestsPerConnection(int max)
{
    /// <summary>Counts this request; the answer to the last one that is allowed says <c>Connection: close</c>.</summary>
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
