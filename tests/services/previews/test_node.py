import subprocess

from services.previews.node import find_node


def test_the_node_that_is_found_is_the_one_it_says():
    node = find_node()
    said = subprocess.run([node.node, "--version"], check=True, capture_output=True, text=True)
    assert node.abi.startswith("node" + said.stdout.strip().lstrip("v").partition(".")[0] + "-")
    assert node.node.is_absolute()
    assert node.npm.name == "npm-cli.js"
