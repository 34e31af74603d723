# Debian's packages into a folder; nothing is installed. Sourced by the scripts beside it.
# usage: debian_packages FOLDER SUITE PACKAGE...     Unpacks them below FOLDER/root.
debian_packages() {
    local folder=$1 suite=$2 at=$1/$2
    shift 2
    mkdir -p "$folder/root" "$at"/{lists/partial,cache/archives/partial,debs}
    local mirror
    mirror=$({ sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null; sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list 2>/dev/null; } | tr ' ' '\n' | grep -m1 '/debian/\?$' || true)
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $suite main" >"$at/sources.list"
    local apt=(-q -o "Dir::Etc::sourcelist=$at/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$at/lists" -o "Dir::Cache=$at/cache" -o APT::Sandbox::User=root -o Acquire::Retries=3)
    apt-get "${apt[@]}" update >&2
    (cd "$at/debs" && apt-get "${apt[@]}" download "$@" >&2)
    local deb
    for deb in "$at"/debs/*.deb; do
        dpkg-deb -x "$deb" "$folder/root"
    done
}

# The same with every package that these need and this machine lacks; what is installed here is used as it is.
debian_packages_with_needed() {
    local folder=$1 suite=$2 at=$1/$2
    shift 2
    debian_packages "$folder" "$suite" "$@"
    apt-get -q -y -o "Dir::Etc::sourcelist=$at/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$at/lists" -o "Dir::Cache=$at/cache" -o APT::Sandbox::User=root \
        -o Acquire::Retries=3 -o Debug::NoLocking=1 install --no-install-recommends --download-only "$@" >&2
    local deb
    for deb in "$at"/cache/archives/*.deb; do
        dpkg-deb -x "$deb" "$folder/root"
    done
}
