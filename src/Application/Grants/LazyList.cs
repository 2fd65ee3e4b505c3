using System.Collections;

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
