using StackExchange.Redis;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// The commands that the replay guard and the quota send to Redis. The warm-up replaces the commands that write
/// (<see cref="WarmUp.WarmUpRedisCommands"/>).
/// </summary>
internal class RedisCommands(RedisLink link)
{
    // Sends the whole script each time, because a restarted Redis does not know scripts by their hash.
    protected const CommandFlags WholeScript = CommandFlags.NoScriptCache;

    /// <summary>The prefix of every key.</summary>
    internal string KeyPrefix => Link.KeyPrefix;

    /// <summary>The connection.</summary>
    protected RedisLink Link { get; } = link;

    /// <summary>Adds a key that expires after its lifetime. <c>IsAdded</c> is false if the key exists.</summary>
    /// <exception cref="RefusedException"><c>limits_unavailable</c>: there is no answer, and REDIS_REQUIRED is true.</exception>
    internal virtual ValueTask<(bool Answered, bool IsAdded)> AddAsync(RedisKey key, TimeSpan lifetime) =>
        Link.ExecuteAsync(database => database.StringSetAsync(key, 1, lifetime, When.NotExists));

    /// <summary>Executes a script and returns its result.</summary>
    /// <exception cref="RefusedException"><c>limits_unavailable</c>: there is no answer, and REDIS_REQUIRED is true.</exception>
    internal virtual ValueTask<(bool Answered, RedisResult? Result)> EvaluateAsync(
        string script, RedisKey[] keys, RedisValue[] arguments) =>
        Link.ExecuteAsync(database => database.ScriptEvaluateAsync(script, keys, arguments, WholeScript));

    /// <summary>Sends a script if Redis is up, and does not wait for the answer. Returns false if it sent nothing.</summary>
    internal virtual bool Evaluate(string script, RedisKey[] keys, RedisValue[] arguments) =>
        Link.FireAndForget(database => database.ScriptEvaluateAsync(script, keys, arguments, WholeScript));

    /// <summary>Reads a key.</summary>
    internal ValueTask<(bool Answered, RedisValue Value)> ReadAsync(RedisKey key) =>
        Link.TryExecuteAsync(database => database.StringGetAsync(key));
}
