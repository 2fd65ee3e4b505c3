using StackExchange.Redis;

namespace S3Auth.Infrastructure.WarmUp;

/// <summary>
/// Commands that write nothing, so that the warm-up can run the code of the replay guard and the quota with the service's Redis. A failure
/// does not mark Redis as down.
/// </summary>
internal sealed class WarmUpRedisCommands(RedisLink link) : RedisCommands(link)
{
    // Granted, and no counts: the result of the quota's script for an unused quota.
    private const string Constant = "return {1, 0, 0, 0}";

    /// <summary>Sets the key only if it exists. Keys of the warm-up's proofs never exist, so this writes nothing.</summary>
    internal override async ValueTask<(bool Answered, bool IsAdded)> AddAsync(RedisKey key, TimeSpan lifetime)
    {
        var (answered, isSet) = await Link.TryExecuteAsync(database => database.StringSetAsync(key, 1, lifetime, When.Exists));
        return (answered, !isSet);
    }

    /// <summary>Executes a script that returns constants.</summary>
    internal override ValueTask<(bool Answered, RedisResult? Result)> EvaluateAsync(
        string script, RedisKey[] keys, RedisValue[] arguments) =>
        Link.TryExecuteAsync(database => database.ScriptEvaluateAsync(Constant, keys, arguments, WholeScript));

    /// <summary>Sends nothing.</summary>
    internal override bool Evaluate(string script, RedisKey[] keys, RedisValue[] arguments) => true;
}
