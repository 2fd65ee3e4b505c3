using System.Security;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// A store that answers every listing with a folder of each miner. A service that caches listings rarely calls it.
/// </summary>
internal static class MinersStore
{
    internal static async Task<WebApplication> StartAsync(IReadOnlyList<AccountId> miners)
    {
        // A listing is in the order of its names, or the service refuses it.
        string[] names = [.. miners.Select(miner => miner.ToString()).Order(StringComparer.Ordinal)];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var store = builder.Build();
        store.Run(context =>
        {
            var prefix = context.Request.Query["prefix"].ToString();
            var folders = names.Select(name =>
                $"<CommonPrefixes><Prefix>{SecurityElement.Escape(prefix)}{name}/</Prefix></CommonPrefixes>");
            context.Response.ContentType = "application/xml";
            return context.Response.WriteAsync(
                $"<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>"
                    + $"{string.Concat(folders)}</ListBucketResult>");
        });
        await store.StartAsync();
        return store;
    }

    /// <summary>
    /// Returns a metagraph of miners and one validator in the format of <c>METAGRAPH_FILE</c>. The miners' coldkeys are those of the
    /// folders.
    /// </summary>
    internal static string Metagraph(AccountId validator, IReadOnlyList<AccountId> miners)
    {
        var neurons = miners.Select((miner, index) => Neuron(index + 1, Accounts.Number(1_000_000 + index), miner, permit: false, alpha: 0))
            .Prepend(Neuron(0, validator, validator, permit: true, alpha: 30_000));
        return new JsonObject { ["netuid"] = 46, ["block"] = 1, ["neurons"] = new JsonArray([.. neurons]) }.ToJsonString();
    }

    private static JsonObject Neuron(int uid, AccountId hotkey, AccountId coldkey, bool permit, int alpha) => new()
    {
        ["uid"] = uid,
        ["hotkey"] = hotkey.ToString(),
        ["coldkey"] = coldkey.ToString(),
        ["validator_permit"] = permit,
        ["alpha_stake"] = alpha,
    };
}
