using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace S3Auth.Application.Grants;

/// <summary>
/// A list that makes each item when it is read. A large response uses it to sign each URL when it is written, instead of keeping all URLs
/// in memory.
/// </summary>
internal sealed class LazyList<TFrom, TTo>(IReadOnlyList<TFrom> items, Func<TFrom, TTo> make) : IReadOnlyList<TTo>
{
    public int Count => items.Count;

    public TTo this[int index] => make(items[index]);

    public IEnumerator<TTo> GetEnumerator() => items.Select(make).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A dictionary that makes each value when it is read, like <see cref="LazyList{TFrom, TTo}"/>.</summary>
internal sealed class LazyDictionary<TFrom, TTo>(IReadOnlyDictionary<string, TFrom> items, Func<string, TFrom, TTo> make)
    : IReadOnlyDictionary<string, TTo>
{
    public int Count => items.Count;

    public IEnumerable<string> Keys => items.Keys;

    public IEnumerable<TTo> Values => this.Select(item => item.Value);

    public TTo this[string key] => make(key, items[key]);

    public bool ContainsKey(string key) => items.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TTo value)
    {
        value = items.TryGetValue(key, out var item) ? make(key, item) : default;
        return items.ContainsKey(key);
    }

    public IEnumerator<KeyValuePair<string, TTo>> GetEnumerator() =>
        items.Select(item => KeyValuePair.Create(item.Key, make(item.Key, item.Value))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
